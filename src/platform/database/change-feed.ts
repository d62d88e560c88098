import { Injectable } from '@nestjs/common';

/** The ids of the tenants or persons that changed, and names of what is kept for all tenants; or everything. */
export type ChangedSubjects = readonly string[] | 'everything';

type Listener = (changed: ChangedSubjects) => void;

/**
 * Invalidates in-memory caches: commits of this process before their caller continues; commits of others when the
 * listening connection receives them. Triggers report the changes (announce).
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
