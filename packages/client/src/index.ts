export * from './client.ts';
export * from './errors.ts';
export * from './generated/operations.ts';
export * from './generated/problems.ts';
export type * from './generated/schemas.ts';
export type * from './json.ts';
export type * from './operation.ts';
