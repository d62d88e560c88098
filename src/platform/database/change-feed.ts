import { Injectable } from '@nestjs/common';

/** The ids of the tenants or persons that have changed, or everything. */
export type ChangedSubjects = readonly string[] | 'everything';

type Listener = (changed: ChangedSubjects) => void;

/**
 * Tells whoever keeps rows in memory what to forget: what this process commits, before the caller of the commit goes
 * on; what others commit, when the listening connection hears it. Triggers say what has changed (announce_change).
 */
@Injectable()
export class ChangeFeed {
  private readonly listeners: Listener[] = [];

  subscribe(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** @param subjects as the trigger writes them: ids between spaces, or `*` */
  publish(subjects: string): void {
    const changed = subjects === '*' ? 'everything' : subjects.split(' ');
    for (const listener of this.listeners) listener(changed);
  }
}
