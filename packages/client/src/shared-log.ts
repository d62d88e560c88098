import type { EventsReset } from './event-stream.ts';
import type { LogEvent } from './generated/events.ts';

type Item = LogEvent | EventsReset;

/** What tabs say to each other. A channel keeps the order of each sender. */
export type Word =
  /** A new tab asks. */
  | { kind: 'where' }
  /** The tab that has the stream: how far it is. */
  | { kind: 'at'; sequence: number }
  /** What the stream gave, and where it was before. */
  | { kind: 'item'; after: number; item: Item }
  /** A tab has missed something after this sequence. */
  | { kind: 'again'; after: number }
  /** It is too long ago. */
  | { kind: 'lost'; after: number; sequence: number };

/** How many events a tab keeps for others that missed them while the stream changed hands. */
const KEPT = 200;

/**
 * One tab's part of a stream that tabs share: each event once and in order, whichever tab has the stream. The log's sequences
 * have gaps for one who may not read all types, so each event says which came before it.
 */
export class SharedLog {
  private position: number | null = null;
  private isLeader = false;
  private recent: { after: number; item: LogEvent }[] = [];

  constructor(
    private readonly send: (word: Word) => void,
    private readonly show: (item: Item) => void,
    private readonly begin: () => void,
  ) {}

  /** The sequence of the last event that this tab has; null: it does not know yet where it begins. */
  get after(): number | null {
    return this.position;
  }

  /** For a new tab: those that follow are its own. */
  ask(): void {
    this.send({ kind: 'where' });
  }

  /** This tab has the stream now. Whoever missed the last words of the one before says so. */
  lead(): void {
    this.isLeader = true;
    if (this.position !== null) this.send({ kind: 'at', sequence: this.position });
  }

  /** The stream of this tab is open, after this sequence. */
  opened(sequence: number): void {
    this.reach(sequence);
    this.send({ kind: 'at', sequence: this.position! });
  }

  /** The stream of this tab gave this. */
  pass(item: Item): void {
    const after = this.position ?? item.sequence - 1;
    this.send({ kind: 'item', after, item });
    this.take(after, item);
  }

  receive(word: Word): void {
    if (word.kind === 'item') this.hear(word.after, word.item);
    else if (word.kind === 'at') this.compare(word.sequence);
    else if (word.kind === 'lost') this.lose(word.after, word.sequence);
    else if (this.isLeader && this.position !== null) this.answer(word, this.position);
  }

  private hear(after: number, item: Item): void {
    this.reach(after);
    if (after > this.position!) this.send({ kind: 'again', after: this.position! });
    else this.take(after, item);
  }

  private compare(sequence: number): void {
    this.reach(sequence);
    if (sequence > this.position!) this.send({ kind: 'again', after: this.position! });
  }

  private lose(after: number, sequence: number): void {
    if (this.position !== null && this.position <= after)
      this.take(after, { type: 'reset', sequence });
  }

  private answer(
    word: { kind: 'where' } | { kind: 'again'; after: number },
    sequence: number,
  ): void {
    if (word.kind === 'where') return this.send({ kind: 'at', sequence });
    const from = this.recent[0]?.after ?? sequence;
    if (word.after < from) return this.send({ kind: 'lost', after: word.after, sequence });
    for (const { after, item } of this.recent)
      if (item.sequence > word.after) this.send({ kind: 'item', after, item });
  }

  private take(after: number, item: Item): void {
    if (item.type === 'reset') this.recent = [];
    else if (this.position !== null && item.sequence <= this.position) return;
    else this.recent = [...this.recent, { after, item }].slice(-KEPT);
    this.position = item.sequence;
    this.show(item);
  }

  private reach(sequence: number): void {
    if (this.position !== null) return;
    this.position = sequence;
    this.begin();
  }
}
