import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';

/**
 * What may leave about a span. An order's id is there where the queue carries it, in the id of a job; a path, a query, the words
 * of an error are not.
 */
const ALLOWED = new Set([
  'askonce.account',
  'askonce.operation',
  'askonce.outcome',
  'askonce.step',
  'bullmq.job.attempts.made',
  'bullmq.job.bulk.count',
  'bullmq.job.id',
  'bullmq.job.name',
  'bullmq.job.scheduler.id',
  'bullmq.queue.name',
  'bullmq.queue.operation',
  'http.request.method',
  'http.response.status_code',
  'http.route',
]);

/** What BullMQ does by itself all the time, whether there is work or not. */
const CHATTER = /^(getNextJob|extendLocks|moveStalledJobsToWait|startStalledCheckTimer)\b/;

/** Passes spans on with nothing in them that was not allowed. */
export function discreet(next: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, parent) => next.onStart(span, parent),
    onEnd(span) {
      if (!CHATTER.test(span.name)) next.onEnd(bare(span));
    },
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  };
}

function bare(span: ReadableSpan): ReadableSpan {
  const { name, kind, parentSpanContext, startTime, endTime, status, links, duration, ended } = span;
  const { resource, instrumentationScope } = span;
  return {
    name,
    kind,
    ...(parentSpanContext && { parentSpanContext }),
    startTime,
    endTime,
    duration,
    ended,
    resource,
    instrumentationScope,
    spanContext: () => span.spanContext(),
    status: { code: status.code },
    attributes: allowed(span.attributes),
    links,
    events: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function allowed(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => ALLOWED.has(name)));
}
