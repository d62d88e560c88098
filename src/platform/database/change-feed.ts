import { Injectable } from '@nestjs/common';

/** The ids of the tenants or persons that changed, and names of what is kept for all tenants; or everything. */
export type ChangedSubjects = readonly string[] | 'everything';

type Listener = (changed: ChangedSubjects) => void;

/** The businesses of which a transaction of this process has written something. */
export type WrittenBusinesses = readonly string[] | 'everything';

/**
 * Invalidates in-memory caches: commits of this process before their caller continues; commits of others when the
 * listening connection receives them. Triggers report the changes (announce).
 */
@Injectable()
export class ChangeFeed {
  private readonly listeners: Listener[] = [];
  private readonly doorbellListeners: ((businessId: string) => void)[] = [];
  private readonly writeListeners: ((businessIds: WrittenBusinesses) => void)[] = [];

  subscribe(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** @param subjects as the trigger writes them: ids between spaces, or `*` */
  publish(subjects: string): void {
    const changed = subjects === '*' ? 'everything' : subjects.split(' ');
    for (const listener of this.listeners) listener(changed);
  }

  /** Some business has new events, or `*`: perhaps all. May be lost: the rows count. */
  onDoorbell(listener: (businessId: string) => void): void {
    this.doorbellListeners.push(listener);
  }

  ring(businessId: string): void {
    for (const listener of this.doorbellListeners) listener(businessId);
  }

  /** Usage is counted without NOTIFY, which takes a lock of the whole database: only this process hears of it. */
  onWritten(listener: (businessIds: WrittenBusinesses) => void): void {
    this.writeListeners.push(listener);
  }

  /** After the commit, before its caller continues. */
  written(businessIds: WrittenBusinesses): void {
    for (const listener of this.writeListeners) listener(businessIds);
  }
}
