import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Pool } from 'pg';
import { Gauge, Registry } from 'prom-client';
import { DataSource } from 'typeorm';

/** Pool connections for requests: `total` are open, `idle` of them unused; `waiting` callers have none yet. */
@Injectable()
export class PoolMetrics {
  private readonly connections: Gauge<'state'>;

  constructor(
    registry: Registry,
    private readonly modules: ModuleRef,
  ) {
    this.connections = new Gauge({
      name: 'database_pool_connections',
      help: 'Connections of the pool that are open or idle, and callers that wait for one',
      labelNames: ['state'],
      registers: [registry],
      collect: () => this.collect(),
    });
  }

  private collect(): void {
    const pool = this.findPool();
    if (!pool) return this.connections.reset();
    this.connections.set({ state: 'total' }, pool.totalCount);
    this.connections.set({ state: 'idle' }, pool.idleCount);
    this.connections.set({ state: 'waiting' }, pool.waitingCount);
  }

  /** The database module does not export its pool; this only counts. Undefined after shutdown. */
  private findPool(): Pool | undefined {
    const { driver } = this.modules.get(DataSource, { strict: false });
    return (driver as { master?: Pool }).master;
  }
}
