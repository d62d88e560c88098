import { readLlms } from '../../modules/ops/llms';
import { writeOrCheck } from '../support/generated-file';

/** Writes llms.txt at the root of the repository: what the server answers at that path. */
export function runLlms({ check = false }: { check?: boolean }): void {
  writeOrCheck([{ path: 'llms.txt', content: readLlms(), command: 'docs' }], check);
}
