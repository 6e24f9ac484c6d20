-- For millions of orders: smaller indexes, and fewer of them to write with every change of an order.
--
-- Whoever wants the orders waits while this runs, reads too: one to two seconds for every million of them, because each of the
-- three new indexes reads the whole table once. What comes due meanwhile is asked a moment later. An index is dropped first,
-- which takes the strongest lock at once: taking it last would make this and a writer wait for each other.

-- What an account has of each kind is told by its tallies. The list of its orders by state is needed only of those that a
-- changed rule may plan anew. Orders that are done with, the great mass, leave it.
DROP INDEX "review_request_account_state_idx";
CREATE INDEX "review_request_not_decided" ON "review_request" ("account", "state")
  WHERE "state" IN ('waiting', 'scheduled', 'skipped');

-- Of scheduled orders only, which is all that it is asked for. With the other states in it, it was taken for the sweep's own
-- index, and a sweep would then walk past every order that has a wake-up already.
DROP INDEX "review_request_next_look";
CREATE INDEX "review_request_next_look" ON "review_request" ("account", "next_look_at")
  INCLUDE ("closes_at", "reason") WHERE "state" = 'scheduled';

-- Orders of the same millisecond are few, and put in the order of their ids when they are read: the ids need not stand here again.
DROP INDEX "review_request_listed_all";
CREATE INDEX "review_request_listed_all" ON "review_request" (coalesce("ordered_at", "first_seen_at"));
