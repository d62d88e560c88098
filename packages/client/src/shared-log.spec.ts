import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import type { EventsReset } from './event-stream.ts';
import type { LogEvent } from './generated/events.ts';
import { SharedLog, type Word } from './shared-log.ts';

/* Tabs that share one stream, by the words that they send each other: each event once and in order in each tab. */

type Item = LogEvent | EventsReset;

const event = (sequence: number): LogEvent =>
  ({ id: '', sequence, type: 'member.left', createdAt: '', data: {} }) as unknown as LogEvent;

/** A tab whose words wait until they are delivered, as those of a channel do. */
class Tab {
  readonly seen: number[] = [];
  readonly resets: number[] = [];
  readonly inbox: Word[] = [];
  begins = 0;
  readonly log: SharedLog;

  constructor(readonly others: () => Tab[]) {
    this.log = new SharedLog(
      (word) => this.others().forEach((tab) => tab !== this && tab.inbox.push(word)),
      (item) => this.show(item),
      () => (this.begins += 1),
    );
  }

  hear(): void {
    const word = this.inbox.shift();
    if (word) this.log.receive(word);
  }

  private show({ type, sequence }: Item): void {
    if (type === 'reset') this.resets.push(sequence);
    else this.seen.push(sequence);
  }
}

/** A log, and tabs of which the first has the stream. */
class Browser {
  tabs: Tab[] = [];
  events: LogEvent[] = [];
  /** Of the tab that has the stream, of the events. */
  private read = 0;

  open(): Tab {
    const tab = new Tab(() => this.tabs);
    this.tabs.push(tab);
    tab.log.ask();
    if (this.tabs.length === 1) this.lead();
    return tab;
  }

  /** Sequences have gaps: of what the person may not read. */
  raise(gap = 1): void {
    this.events.push(event((this.events.at(-1)?.sequence ?? 0) + gap));
  }

  /** The stream gives the next event to the tab that has it. */
  stream(): void {
    const next = this.events[this.read];
    if (!next) return;
    this.read += 1;
    this.tabs[0]?.log.pass(next);
  }

  /** The tab with the stream goes; those of its last words that each other tab has not got are lost, by chance. */
  closeLeader(lost: number): void {
    if (this.tabs.length < 2) return;
    this.tabs.shift();
    for (const [index, tab] of this.tabs.entries()) if ((lost >> index) % 2) tab.inbox.splice(0);
    this.lead();
  }

  settle(): void {
    while (this.read < this.events.length) this.stream();
    while (this.tabs.some(({ inbox }) => inbox.length > 0)) this.tabs.forEach((tab) => tab.hear());
  }

  private lead(): void {
    const { log } = this.tabs[0]!;
    log.lead();
    const last = this.events.at(-1)?.sequence ?? 0;
    const after = log.after ?? last;
    this.read = this.events.filter(({ sequence }) => sequence <= after).length;
    log.opened(after);
  }
}

function startWith(tabs: number): Browser {
  const browser = new Browser();
  browser.raise();
  for (let number = 1; number <= tabs; number += 1) browser.open();
  browser.settle();
  return browser;
}

it('gives each tab each event once and in order, whatever is lost when the stream changes hands', () => {
  const step = record({
    what: constantFrom('raise', 'stream', 'hear', 'hear', 'hear', 'close', 'open'),
    which: integer({ min: 0, max: 31 }),
  });
  assert(
    property(array(step, { maxLength: 60 }), (steps) => {
      const browser = startWith(4);
      const expected = new Map(browser.tabs.map((tab) => [tab, 1]));
      for (const { what, which } of steps) {
        if (what === 'raise') browser.raise(1 + (which % 3));
        if (what === 'stream') browser.stream();
        if (what === 'hear') browser.tabs[which % browser.tabs.length]!.hear();
        if (what === 'close') browser.closeLeader(which);
        if (what === 'open') browser.open();
      }
      browser.settle();
      for (const [tab, sequence] of expected) {
        if (!browser.tabs.includes(tab)) continue;
        const later = browser.events.filter((each) => each.sequence > sequence);
        expect(tab.seen).toEqual(later.map((each) => each.sequence));
        expect(tab.begins).toBe(1);
      }
      for (const { seen } of browser.tabs)
        expect(seen).toEqual([...new Set(seen)].sort((one, other) => one - other));
    }),
    { numRuns: 1_000 },
  );
});

it('gives a tab what the next one with the stream had got, and it had not', () => {
  const browser = startWith(3);
  browser.raise();
  browser.stream();
  browser.tabs[1]!.hear();
  browser.closeLeader(0b10); // the last word of the first tab never comes to the third
  browser.settle();
  expect(browser.tabs.map(({ seen }) => seen)).toEqual([[2], [2]]);
});

it('says that what is missing is too long ago', () => {
  const browser = startWith(2);
  const [leader, other] = browser.tabs as [Tab, Tab];
  other.inbox.splice(0);
  for (let number = 1; number <= 300; number += 1) browser.raise();
  while (leader.seen.length < 300) browser.stream();
  other.inbox.splice(0, 299); // a tab that slept
  browser.settle();
  expect(other).toMatchObject({ resets: [301], seen: [] });
  browser.raise();
  browser.settle();
  expect(other.seen).toEqual([302]);
});

it('passes a reset of the stream on', () => {
  const browser = startWith(3);
  browser.tabs[0]!.log.pass({ type: 'reset', sequence: 40 });
  browser.settle();
  for (const { resets, log } of browser.tabs) {
    expect(resets).toEqual([40]);
    expect(log.after).toBe(40);
  }
});
