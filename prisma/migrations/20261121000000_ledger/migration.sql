-- CreateTable
CREATE TABLE "selling_partner" (
    "name" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "paused_at" TIMESTAMPTZ(3),
    "paused_reason" TEXT,
    "paused_by" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failing_since" TIMESTAMPTZ(3),
    "cool_down_until" TIMESTAMPTZ(3),
    "backlog_through" TIMESTAMPTZ(3),
    "backlog_rate" DOUBLE PRECISION,
    "planned_with" TEXT,
    "feed_lease_by" TEXT,
    "feed_lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "selling_partner_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "discovery_feed" (
    "account" TEXT NOT NULL,
    "marketplace_id" TEXT NOT NULL,
    "watermark" TIMESTAMPTZ(3),
    "read_from" TIMESTAMPTZ(3),
    "read_through" TIMESTAMPTZ(3),
    "read_token" TEXT,
    "read_started_at" TIMESTAMPTZ(3),

    CONSTRAINT "discovery_feed_pkey" PRIMARY KEY ("account","marketplace_id")
);

-- CreateTable
CREATE TABLE "review_request" (
    "order_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "marketplace_id" TEXT,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "rule" TEXT,
    "ordered_at" TIMESTAMPTZ(3),
    "last_updated_at" TIMESTAMPTZ(3),
    "fulfillment_status" TEXT,
    "fulfilled_by" TEXT,
    "service_level" TEXT,
    "promised_from" TIMESTAMPTZ(3),
    "promised_by" TIMESTAMPTZ(3),
    "package_status" TEXT,
    "skus" TEXT[],
    "asins" TEXT[],
    "programs" TEXT[],
    "facts_at" TIMESTAMPTZ(3) NOT NULL,
    "shipped_seen_at" TIMESTAMPTZ(3),
    "undelivered_at" TIMESTAMPTZ(3),
    "delivered_earliest" TIMESTAMPTZ(3),
    "delivered_about" TIMESTAMPTZ(3),
    "delivered_latest" TIMESTAMPTZ(3),
    "evidence" TEXT,
    "opens_at" TIMESTAMPTZ(3),
    "closes_at" TIMESTAMPTZ(3),
    "ask_at" TIMESTAMPTZ(3),
    "catch_up" BOOLEAN NOT NULL DEFAULT false,
    "next_look_at" TIMESTAMPTZ(3),
    "ring_at" TIMESTAMPTZ(3),
    "claim_id" UUID,
    "claimed_by" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "intent_at" TIMESTAMPTZ(3),
    "posts" SMALLINT NOT NULL DEFAULT 0,
    "doubts" SMALLINT NOT NULL DEFAULT 0,
    "looks" INTEGER NOT NULL DEFAULT 0,
    "settle_looks" INTEGER NOT NULL DEFAULT 0,
    "last_sight" TEXT,
    "sent_at" TIMESTAMPTZ(3),
    "known_by" TEXT,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "review_request_pkey" PRIMARY KEY ("order_id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "id" BIGSERIAL NOT NULL,
    "order_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "status" SMALLINT,
    "request_id" TEXT,
    "duration_ms" INTEGER,
    "claim_id" UUID,
    "detail" TEXT,

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_plan" (
    "account" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "full_at" TIMESTAMPTZ(3) NOT NULL,
    "learnt_rate" DOUBLE PRECISION,

    CONSTRAINT "usage_plan_pkey" PRIMARY KEY ("account","operation")
);

-- CreateTable
CREATE TABLE "suppression" (
    "order_id" TEXT NOT NULL,
    "added_by" TEXT NOT NULL,
    "because" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "suppression_pkey" PRIMARY KEY ("order_id")
);

-- CreateIndex
CREATE INDEX "review_request_account_state_idx" ON "review_request"("account", "state");

-- CreateIndex
CREATE INDEX "attempt_order_id_id_idx" ON "attempt"("order_id", "id");



-- From here on: what Prisma's language cannot say. The rules of src/policy stand here a second time, so that not even
-- somebody with psql can make a second `sent`, change a final row or edit an attempt.

ALTER TABLE "review_request"
  ADD CONSTRAINT "review_request_state" CHECK ("state" IN
    ('waiting', 'scheduled', 'sending', 'unknown', 'sent', 'refused', 'skipped', 'expired')),
  ADD CONSTRAINT "review_request_open_has_next_look" CHECK (
    ("state" IN ('waiting', 'scheduled', 'sending', 'unknown')) = ("next_look_at" IS NOT NULL)),
  ADD CONSTRAINT "review_request_scheduled_has_window" CHECK ("state" NOT IN ('scheduled', 'sending', 'unknown', 'sent')
    OR ("ask_at" IS NOT NULL AND "opens_at" IS NOT NULL AND "closes_at" IS NOT NULL AND "marketplace_id" IS NOT NULL)),
  ADD CONSTRAINT "review_request_window_order" CHECK ("opens_at" < "closes_at"),
  ADD CONSTRAINT "review_request_delivery_order" CHECK (
    "delivered_earliest" <= "delivered_about" AND "delivered_about" <= "delivered_latest"),
  ADD CONSTRAINT "review_request_claim_when_sending" CHECK (("state" <> 'sending')
    OR ("claim_id" IS NOT NULL AND "claimed_by" IS NOT NULL AND "lease_until" IS NOT NULL AND "intent_at" IS NOT NULL)),
  ADD CONSTRAINT "review_request_sent_has_proof" CHECK (
    ("state" = 'sent') = ("sent_at" IS NOT NULL AND "known_by" IS NOT NULL)
    AND ("state" <> 'sent' OR ("posts" > 0 AND "intent_at" IS NOT NULL))
    AND ("known_by" IN ('accepted', 'inferred', 'already-asked'))),
  ADD CONSTRAINT "review_request_doubt_counted" CHECK ("state" <> 'unknown' OR "doubts" > 0),
  ADD CONSTRAINT "review_request_counts" CHECK (
    "posts" >= 0 AND "doubts" >= 0 AND "looks" >= 0 AND "settle_looks" >= 0),
  ADD CONSTRAINT "review_request_sight" CHECK ("last_sight" IN ('offered', 'gone')),
  ADD CONSTRAINT "review_request_has_reason" CHECK ("state" NOT IN ('waiting', 'refused', 'skipped', 'expired')
    OR "reason" IS NOT NULL);

-- Skips that a changed rule or a better answer of Amazon can undo. All others are for good.
CREATE FUNCTION "review_request_may_return"(reason text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT reason IN ('fulfilled-by', 'only-skus', 'except-skus', 'only-asins', 'except-asins', 'except-programs',
    'marketplace-not-configured', 'marketplace-unknown', 'unreadable-order')
$$;

-- What is wrong with a change of a review request, or NULL. The table of moves is the one of src/policy/review-request.ts.
CREATE FUNCTION "review_request_complaint"(was "review_request", becomes "review_request") RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN was."order_id" IS NULL THEN CASE
      WHEN becomes."state" NOT IN ('waiting', 'scheduled', 'skipped', 'expired')
        THEN 'a review request cannot begin as ' || becomes."state" END
    WHEN becomes."order_id" <> was."order_id" THEN 'the order id never changes'
    WHEN was."state" IN ('sent', 'refused', 'expired')
      OR (was."state" = 'skipped' AND NOT "review_request_may_return"(was."reason"))
      THEN 'it is final (' || was."state" || ') and does not change'
    WHEN (was."state", becomes."state") NOT IN (
      ('waiting', 'waiting'), ('waiting', 'scheduled'), ('waiting', 'skipped'), ('waiting', 'expired'),
      ('scheduled', 'scheduled'), ('scheduled', 'waiting'), ('scheduled', 'sending'), ('scheduled', 'unknown'),
      ('scheduled', 'skipped'), ('scheduled', 'expired'),
      ('sending', 'sending'), ('sending', 'sent'), ('sending', 'unknown'), ('sending', 'scheduled'),
      ('sending', 'refused'), ('sending', 'expired'),
      ('unknown', 'unknown'), ('unknown', 'sent'), ('unknown', 'scheduled'), ('unknown', 'expired'),
      ('skipped', 'skipped'), ('skipped', 'waiting'), ('skipped', 'scheduled'), ('skipped', 'expired'))
      THEN 'it cannot go from ' || was."state" || ' to ' || becomes."state"
    WHEN was."state" = 'sending' AND becomes."state" = 'sending'
      AND (becomes."claim_id", becomes."lease_until", becomes."intent_at")
        IS DISTINCT FROM (was."claim_id", was."lease_until", was."intent_at") THEN 'a claim under way is not replaced'
    WHEN becomes."doubts" < was."doubts" THEN 'a doubt stays on record'
    WHEN was."state" = 'scheduled' AND becomes."state" = 'sending' AND becomes."claim_id" IS NOT DISTINCT FROM was."claim_id"
      THEN 'every claim is a new one'
    WHEN was."state" = 'scheduled' AND becomes."state" = 'unknown' AND was."doubts" = 0
      THEN 'there is no earlier request of ours to doubt'
  END
$$;

-- \073 is a semicolon. Prisma's engine in WASM, which checks these migrations where the native one cannot be had, cuts a
-- script at every semicolon it sees, inside of functions too.
CREATE FUNCTION "review_request_guard"() RETURNS trigger LANGUAGE plpgsql AS E'
DECLARE
  complaint text := "review_request_complaint"(OLD, NEW)\073
BEGIN
  IF complaint IS NOT NULL THEN
    RAISE EXCEPTION ''askonce: review request %: %'', NEW."order_id", complaint USING ERRCODE = ''check_violation''\073
  END IF\073
  RETURN NEW\073
END';

CREATE TRIGGER "review_request_moves" BEFORE INSERT OR UPDATE ON "review_request"
  FOR EACH ROW EXECUTE FUNCTION "review_request_guard"();

-- A row is the proof that nobody may ask again: it may go only long after Amazon would take a request.
CREATE FUNCTION "refuse"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  RAISE EXCEPTION ''askonce: %'', TG_ARGV[0] USING ERRCODE = ''check_violation''\073
END';

CREATE TRIGGER "review_request_stays" BEFORE DELETE ON "review_request" FOR EACH ROW
  WHEN (OLD."state" IN ('waiting', 'scheduled', 'sending', 'unknown')
    OR coalesce(OLD."closes_at", OLD."changed_at" + interval '1 year') + interval '60 days' > now())
  EXECUTE FUNCTION "refuse"('an order that could still be asked stays on record');
CREATE TRIGGER "review_request_not_emptied" BEFORE TRUNCATE ON "review_request"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse"('the ledger is not emptied');
CREATE TRIGGER "attempt_is_append_only" BEFORE UPDATE OR DELETE ON "attempt"
  FOR EACH ROW EXECUTE FUNCTION "refuse"('an attempt is a fact and is never changed or removed');
CREATE TRIGGER "attempt_not_emptied" BEFORE TRUNCATE ON "attempt"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse"('the attempts are not emptied');

ALTER TABLE "attempt" ADD CONSTRAINT "attempt_kind" CHECK ("kind" IN
  ('order', 'look', 'claim', 'answer', 'settle', 'decision'));
ALTER TABLE "selling_partner" ADD CONSTRAINT "selling_partner_pause_is_whole" CHECK (
  ("paused_at" IS NULL) = ("paused_reason" IS NULL) AND ("paused_at" IS NULL) = ("paused_by" IS NULL));
ALTER TABLE "usage_plan" ADD CONSTRAINT "usage_plan_rate" CHECK ("learnt_rate" > 0);

-- The sweep's indexes hold open rows only, so that they stay small beside a ledger of millions.
CREATE INDEX "review_request_without_wake_up" ON "review_request" ("account", "state", "catch_up", "next_look_at")
  WHERE "next_look_at" IS NOT NULL AND "ring_at" IS NULL;
CREATE INDEX "review_request_with_wake_up" ON "review_request" ("account", "state", "catch_up", "ring_at")
  WHERE "ring_at" IS NOT NULL AND "next_look_at" IS NOT NULL;
CREATE INDEX "review_request_closing" ON "review_request" ("closes_at")
  WHERE "state" IN ('waiting', 'scheduled', 'unknown');
-- Counting what an account asked on one day, for its daily caps.
CREATE INDEX "review_request_asked_on" ON "review_request" ("account", "intent_at") WHERE "posts" > 0;
CREATE INDEX "review_request_dry_run" ON "review_request" ("account")
  WHERE "state" = 'scheduled' AND "reason" = 'dry-run';
CREATE INDEX "attempt_first_looks" ON "attempt" ("account", "at")
  WHERE "kind" = 'look' AND "detail" = 'first';

-- Rows are updated a few times each while they are open: room on the page keeps those updates cheap (HOT).
ALTER TABLE "review_request" SET (fillfactor = 80);
