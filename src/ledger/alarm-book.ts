import type { DateTime } from 'luxon';
import type { Alarm, AlarmName } from '../policy/alarm.js';

/** What a person was told, or is to be told; shared by every process, so that each alarm is told once. */
export interface AlarmBook {
  /**
   * Notes what is true now: opens what is new, and resolves those open alarms that `judged` covers and that are not among
   * `firing`. Answers what opened and what was resolved by this very call; of two processes only one hears of each.
   */
  noteAlarms(firing: readonly Alarm[], judged: JudgedAlarms, now: DateTime): Promise<AlarmChanges>;
  /** The open alarms, the oldest first. */
  openAlarms(): Promise<StoredAlarm[]>;
  /** The latest alarms, open or over, the newest first. */
  recentAlarms(limit: number): Promise<StoredAlarm[]>;
  /**
   * Takes the next message that is to be delivered: an alarm never told, one told before `repeatBefore` that is still open, or
   * the all-clear of one that was told. It is this process's until `heldUntil`. `null`: nothing is to be told now.
   */
  takeMessage(repeatBefore: DateTime, heldUntil: DateTime, now: DateTime): Promise<AlarmMessage | null>;
  /** It was delivered. */
  delivered(message: AlarmMessage, now: DateTime): Promise<void>;
  /** Takes the digest of a day (`2026-11-22`, UTC) for delivery. False: delivered, or somebody else is at it. */
  takeDigest(day: string, heldUntil: DateTime, now: DateTime): Promise<boolean>;
  digestDelivered(day: string, now: DateTime): Promise<void>;
}

/** Which alarms an evaluation could judge: those it could not stay as they are. */
export interface JudgedAlarms {
  readonly names: ReadonlySet<AlarmName>;
  /** Alarms about a machine are judged by that machine alone, until it has been silent for so long. */
  readonly subject: string;
  readonly silentBefore: DateTime;
  /**
   * When the reading of the facts began; without it, `now`. What somebody noted later is newer than these facts: they neither
   * resolve it nor open it again.
   */
  readonly asOf?: DateTime;
}

export interface AlarmChanges {
  readonly opened: readonly Alarm[];
  readonly resolved: readonly Alarm[];
}

export interface StoredAlarm extends Alarm {
  readonly id: bigint;
  readonly firedAt: DateTime;
  readonly resolvedAt: DateTime | null;
  readonly toldAt: DateTime | null;
}

export interface AlarmMessage {
  readonly alarm: StoredAlarm;
  readonly state: 'firing' | 'resolved';
}
