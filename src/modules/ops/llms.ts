import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a programming agent builds on this (llmstxt.org); the same at the root of the repository. */
export function readLlms(): string {
  return readFileSync(join(__dirname, 'llms.txt'), 'utf8');
}
