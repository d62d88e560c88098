import {
  closeSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openServerLog } from './server-log';

describe('openServerLog', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'embedded-postgres-log-'));
    file = join(directory, 'server.log');
    writeFileSync(file, 'of an earlier start\n');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('appends, and reads what this start has written', () => {
    const log = openServerLog(file);
    writeSync(log.descriptor, 'first\nsecond\n');
    closeSync(log.descriptor);
    expect(log.readLastLines()).toBe('first\nsecond');
    expect(statSync(file).size).toBe('of an earlier start\nfirst\nsecond\n'.length);
  });

  it('starts afresh when the file has grown beyond 10 MB', () => {
    truncateSync(file, 10 * 1024 * 1024 + 1);
    closeSync(openServerLog(file).descriptor);
    expect(statSync(file).size).toBe(0);
  });
});
