import {
  applicationCreate,
  applicationDelete,
  applicationList,
  applicationUpdate,
  recordingDelete,
  recordingGet,
  recordingList,
} from '@tenantry/client';
import type {
  CreateApplicationRequest,
  Operation,
  ProblemError,
  UpdateApplicationRequest,
  ParametersOf,
} from '@tenantry/client';
import { call, type ListQuery } from '../api/call';

// What the product adds to api/operations.ts.

/** In development only, so not of the contract. */
const demoBusinessCreate: Operation<
  Record<never, never>,
  { email: string; password: string },
  ProblemError
> = { method: 'POST', path: '/v1/demo/businesses' };

export const recordings = {
  list: (query: ParametersOf<typeof recordingList>) => call(recordingList, query),
  get: (id: string) => call(recordingGet, { id }),
  remove: (id: string) => call(recordingDelete, { id }),
};

export const applications = {
  list: (query: ListQuery) => call(applicationList, query),
  create: (body: CreateApplicationRequest) => call(applicationCreate, { body }),
  update: (id: string, body: UpdateApplicationRequest) => call(applicationUpdate, { id, body }),
  remove: (id: string) => call(applicationDelete, { id }),
};

export const demoBusinesses = {
  create: () => call(demoBusinessCreate),
};
