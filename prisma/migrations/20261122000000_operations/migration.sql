-- CreateTable
CREATE TABLE "order_tally" (
    "account" TEXT NOT NULL,
    "marketplace_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "orders" BIGINT NOT NULL,

    CONSTRAINT "order_tally_pkey" PRIMARY KEY ("account","marketplace_id","state","reason")
);

-- CreateTable
CREATE TABLE "sent_tally" (
    "account" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "orders" BIGINT NOT NULL,

    CONSTRAINT "sent_tally_pkey" PRIMARY KEY ("day","account")
);

-- CreateTable
CREATE TABLE "arrival_tally" (
    "account" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "orders" BIGINT NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "arrival_tally_pkey" PRIMARY KEY ("day","account")
);

-- CreateTable
CREATE TABLE "tally_change" (
    "account" TEXT NOT NULL,
    "marketplace_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "orders" BIGINT NOT NULL,
    "sent_on" DATE,
    "ordered_on" DATE,
    "arrived_at" TIMESTAMPTZ(3)
);

-- CreateTable
CREATE TABLE "upkeep" (
    "task" TEXT NOT NULL,
    "begun_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "upkeep_pkey" PRIMARY KEY ("task")
);

-- CreateTable
CREATE TABLE "alarm" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "fired_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "told_at" TIMESTAMPTZ(3),
    "cleared_at" TIMESTAMPTZ(3),
    "held_until" TIMESTAMPTZ(3),

    CONSTRAINT "alarm_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "digest" (
    "day" DATE NOT NULL,
    "held_until" TIMESTAMPTZ(3),
    "told_at" TIMESTAMPTZ(3),

    CONSTRAINT "digest_pkey" PRIMARY KEY ("day")
);

-- CreateTable
CREATE TABLE "operator_action" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "via" TEXT NOT NULL,
    "accounts" TEXT NOT NULL,
    "orders" TEXT NOT NULL,
    "because" TEXT NOT NULL,

    CONSTRAINT "operator_action_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "operator_action_at_idx" ON "operator_action"("at");

-- CreateIndex
CREATE INDEX "alarm_fired_at_idx" ON "alarm"("fired_at");



-- From here on: what Prisma's language cannot say.

-- One alarm of a kind is open at a time, whoever raises it.
CREATE UNIQUE INDEX "alarm_open" ON "alarm" ("name", "account", "subject") WHERE "resolved_at" IS NULL;
CREATE INDEX "alarm_to_tell" ON "alarm" ("id") WHERE "cleared_at" IS NULL;
ALTER TABLE "alarm" ADD CONSTRAINT "alarm_cleared_is_over" CHECK ("cleared_at" IS NULL OR "resolved_at" IS NOT NULL);

CREATE TRIGGER "operator_action_is_append_only" BEFORE UPDATE OR DELETE ON "operator_action"
  FOR EACH ROW EXECUTE FUNCTION "refuse"('what somebody did is a fact and is never changed or removed');
CREATE TRIGGER "operator_action_not_emptied" BEFORE TRUNCATE ON "operator_action"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse"('what people did is not emptied');
ALTER TABLE "operator_action"
  ADD CONSTRAINT "operator_action_kind" CHECK ("action" IN ('pause', 'resume', 'never')),
  ADD CONSTRAINT "operator_action_via" CHECK ("via" IN ('command', 'page'));

-- The tallies. A row that is new, gone, or counted elsewhere from now on leaves its change here. The trigger of an UPDATE
-- fires for rows that are counted elsewhere only: most updates of an order (wake-ups, looks) cost nothing.
CREATE FUNCTION "utc_day"(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT (at AT TIME ZONE 'UTC')::date
$$;

CREATE FUNCTION "tally_added"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  INSERT INTO "tally_change" ("account", "marketplace_id", "state", "reason", "orders", "ordered_on", "arrived_at")
    SELECT "account", coalesce("marketplace_id", ''''), "state", coalesce("reason", ''''), count(*),
      "utc_day"(coalesce("ordered_at", "first_seen_at")) AS "ordered_on", max("first_seen_at")
    FROM "added" GROUP BY 1, 2, 3, 4, "ordered_on"\073
  RETURN NULL\073
END';

CREATE FUNCTION "tally_moved"() RETURNS trigger LANGUAGE plpgsql AS E'
DECLARE
  was_on date := "utc_day"(coalesce(OLD."ordered_at", OLD."first_seen_at"))\073
  is_on date := "utc_day"(coalesce(NEW."ordered_at", NEW."first_seen_at"))\073
  same_day boolean := OLD."account" = NEW."account" AND was_on = is_on\073
BEGIN
  INSERT INTO "tally_change" ("account", "marketplace_id", "state", "reason", "orders", "sent_on", "ordered_on", "arrived_at")
  VALUES
    (OLD."account", coalesce(OLD."marketplace_id", ''''), OLD."state", coalesce(OLD."reason", ''''), -1,
      NULL, CASE WHEN NOT same_day THEN was_on END, NULL),
    (NEW."account", coalesce(NEW."marketplace_id", ''''), NEW."state", coalesce(NEW."reason", ''''), 1,
      CASE WHEN NEW."state" = ''sent'' THEN "utc_day"(NEW."sent_at") END,
      CASE WHEN NOT same_day THEN is_on END, CASE WHEN NOT same_day THEN NEW."first_seen_at" END)\073
  RETURN NULL\073
END';

CREATE FUNCTION "tally_removed"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  INSERT INTO "tally_change" ("account", "marketplace_id", "state", "reason", "orders", "sent_on", "ordered_on")
    SELECT "account", coalesce("marketplace_id", ''''), "state", coalesce("reason", ''''), -count(*),
      "utc_day"("sent_at") AS "sent_on", "utc_day"(coalesce("ordered_at", "first_seen_at")) AS "ordered_on"
    FROM "removed" GROUP BY 1, 2, 3, 4, "sent_on", "ordered_on"\073
  RETURN NULL\073
END';

CREATE TRIGGER "review_request_tally_added" AFTER INSERT ON "review_request"
  REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "tally_added"();
CREATE TRIGGER "review_request_tally_moved" AFTER UPDATE ON "review_request" FOR EACH ROW
  WHEN ((OLD."state", OLD."reason", OLD."account", OLD."marketplace_id", OLD."ordered_at")
    IS DISTINCT FROM (NEW."state", NEW."reason", NEW."account", NEW."marketplace_id", NEW."ordered_at"))
  EXECUTE FUNCTION "tally_moved"();
CREATE TRIGGER "review_request_tally_removed" AFTER DELETE ON "review_request"
  REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "tally_removed"();

-- The triggers above hold the table until this transaction ends, so nothing is counted twice or missed.
INSERT INTO "order_tally" ("account", "marketplace_id", "state", "reason", "orders")
  SELECT "account", coalesce("marketplace_id", ''), "state", coalesce("reason", ''), count(*)
  FROM "review_request" GROUP BY 1, 2, 3, 4;
INSERT INTO "sent_tally" ("day", "account", "orders")
  SELECT "utc_day"("sent_at"), "account", count(*)
  FROM "review_request" WHERE "state" = 'sent' GROUP BY 1, 2;
INSERT INTO "arrival_tally" ("day", "account", "orders", "last_at")
  SELECT "utc_day"(coalesce("ordered_at", "first_seen_at")), "account", count(*), max("first_seen_at")
  FROM "review_request" GROUP BY 1, 2;

-- What status, metrics and alarms ask: open rows only.
CREATE INDEX "review_request_next_look" ON "review_request" ("account", "state", "next_look_at")
  INCLUDE ("closes_at", "reason") WHERE "next_look_at" IS NOT NULL;
CREATE INDEX "review_request_deadline" ON "review_request" ("account", "closes_at") WHERE "next_look_at" IS NOT NULL;
CREATE INDEX "review_request_in_doubt" ON "review_request" ("intent_at") WHERE "state" IN ('sending', 'unknown');

-- The list of orders: every filter and every page is a walk along one of these, newest order first. A kind of orders is its
-- 64-bit hash: the four texts themselves would make this index as large as a third of the table.
CREATE FUNCTION "order_kind"(account text, marketplace_id text, state text, reason text) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT hashtextextended(account || '/' || coalesce(marketplace_id, '') || '/' || state || '/' || coalesce(reason, ''), 0)
$$;
CREATE INDEX "review_request_listed" ON "review_request" ("order_kind"("account", "marketplace_id", "state", "reason"),
  coalesce("ordered_at", "first_seen_at"));
CREATE INDEX "review_request_listed_all" ON "review_request" (coalesce("ordered_at", "first_seen_at"), "order_id");

-- Every change of an order touches a column of some index, so the room that was kept on each page for changes that touch none
-- (HOT) was never used. Dead versions are taken away before they fill a fifth of millions of orders.
ALTER TABLE "review_request" SET (fillfactor = 100, autovacuum_vacuum_scale_factor = 0.02);
