import type { IQueueBackend, Processor, Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq';
import type { RedisSafety } from './eviction-policy.js';
import type { Listeners } from './wake-ups.js';

/** One BullMQ queue each. */
export type QueueName = keyof Listeners;

export const QUEUE_NAMES: readonly QueueName[] = ['schedule', 'send', 'settle', 'discover', 'sweep'];

/** Carries an order id or an account name, nothing else. */
export interface JobData {
  readonly orderId?: string;
  readonly account?: string;
}

export type RingQueue = Pick<
  Queue<JobData>,
  | 'add'
  | 'addBulk'
  | 'getJobCounts'
  | 'getJobSchedulers'
  | 'getJobState'
  | 'upsertJobScheduler'
  | 'removeJobScheduler'
  | 'close'
> & {
  on(event: 'error', hear: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  getBackend(): Pick<IQueueBackend, 'getJobSchedulersCount' | 'getJobSchedulersRange'>;
};

export type RingWorker = Pick<Worker<JobData>, 'pause' | 'close' | 'disconnect' | 'waitUntilReady'> & {
  on(event: 'error', hear: (error: Error) => void): unknown;
  getBackend(): { disconnectBlocking(wait: boolean): Promise<void> };
};

/** Where BullMQ keeps its jobs. Redis and Postgres behave alike through it. */
export interface Backend {
  readonly kind: 'redis' | 'postgres';
  openQueue(name: QueueName, options: Omit<QueueOptions, 'connection' | 'prefix'>): RingQueue;
  openWorker(
    name: QueueName,
    ring: Processor<JobData>,
    options: Omit<WorkerOptions, 'connection' | 'prefix'>,
  ): RingWorker;
  ping(): Promise<void>;
  /** `null`: it keeps jobs as it keeps everything. */
  safety(): Promise<RedisSafety | null>;
  /** Restores what must be there before any queue can be used, e.g. after somebody has dropped it. */
  prepare(): Promise<void>;
  /** Ends the connections, by force where they do not end by themselves. */
  close(): Promise<void>;
}

/** Other programs may keep queues in the same Redis or in the same schema. */
export function fullName(name: QueueName): string {
  return `askonce-${name}`;
}
