import { MultiBar, type SingleBar } from 'cli-progress';
import type { LogDestination } from '../log.js';

/** How far something has come. */
export interface Progress {
  /** What is done, e.g. `reading orders`. */
  readonly title: string;
  /** 0 to 1; an estimate. */
  readonly share: number;
  readonly count: number;
  /** Of what it is a count, e.g. `orders`. */
  readonly unit: string;
}

const TICKS = 1000;
const FORMAT = '{title} [{bar}] {percentage} % | {amount} | {pace} | {left}';

/**
 * Where a command writes. On a terminal a bar may stand below the lines, which go above it; anywhere else there is no bar and no
 * control character.
 */
export class Screen implements LogDestination {
  readonly isTTY: boolean;
  readonly #stream: NodeJS.WriteStream;
  #bar: { readonly all: MultiBar; readonly one: SingleBar; readonly begun: number; readonly from: Progress } | null =
    null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.isTTY = stream.isTTY === true;
  }

  write(lines: string): void {
    if (this.#bar === null) {
      this.#stream.write(lines);
      return;
    }
    this.#bar.all.log(lines);
    this.#bar.all.update();
  }

  /** Shows the bar, or moves it. */
  show(progress: Progress): void {
    if (!this.isTTY) return;
    this.#bar ??= this.#newBar(progress);
    const { begun, from, one } = this.#bar;
    const seconds = (performance.now() - begun) / 1000;
    one.update(Math.round(Math.min(Math.max(progress.share, 0), 1) * TICKS), wordsOf(progress, from, seconds));
  }

  /** Takes the bar away; lines are written as before. */
  clear(): void {
    if (this.#bar === null) return;
    const { all } = this.#bar;
    all.update();
    all.stop();
    this.#bar = null;
  }

  #newBar(from: Progress) {
    const all = new MultiBar({
      stream: this.#stream,
      format: FORMAT,
      barsize: 24,
      barCompleteChar: '=',
      barIncompleteChar: '-',
      clearOnComplete: true,
      gracefulExit: false,
      fps: 5,
    });
    const one = all.create(TICKS, 0, wordsOf(from, from, 0));
    return { all, one, begun: performance.now(), from };
  }
}

function wordsOf({ title, count, unit, share }: Progress, from: Progress, seconds: number): Record<string, string> {
  const pace = seconds >= 1 ? (count - from.count) / seconds : 0;
  const done = share - from.share;
  return {
    title,
    amount: `${count.toLocaleString('en-US')} ${unit}`,
    pace: `${pace >= 10 ? Math.round(pace) : pace.toFixed(1)}/s`,
    left:
      done > 0 && seconds >= 1 ? `about ${spanText((seconds * (1 - share)) / done)} left` : 'time left not known yet',
  };
}

function spanText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
