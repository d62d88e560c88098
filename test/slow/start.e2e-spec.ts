import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ENTRY = join(process.cwd(), 'dist/server.js');

interface Ended {
  code: number | null;
  output: string;
  errors: string;
}

describe('the start of the built server', () => {
  let directory: string;
  beforeAll(() => {
    if (!existsSync(ENTRY)) throw new Error('run `npm run build` first: this test starts dist/');
    directory = mkdtempSync(join(tmpdir(), 'tenantry-start-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** For starts that fail: runs the server in an empty directory until it ends. */
  const start = (environment: Record<string, string>): Ended => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [ENTRY], {
      cwd: directory,
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
    });
    return { code: status, output: stdout, errors: stderr };
  };

  it('in production names everything that is missing and ends with code 2', () => {
    const { code, output, errors } = start({ NODE_ENV: 'production' });
    expect(code).toBe(2);
    expect(output).toBe('');
    expect(errors).toBe(
      [
        'The configuration is not usable:',
        '  - DATABASE_URL is required in production',
        '  - SECRET_KEY is required in production',
        '  - SMTP_URL is required in production',
        '',
      ].join('\n'),
    );
  });

  it('lists all faults at once, without a stack and without the secrets', () => {
    const { code, errors } = start({ PORT: 'http', APP_URL: 'x', SECRET_KEY: 'tooshort' });
    const names = [...errors.matchAll(/^ {2}- (\w+):/gm)].map(([, name]) => name);
    expect(code).toBe(2);
    expect(names.sort()).toEqual(['APP_URL', 'PORT', 'SECRET_KEY']);
    expect(errors).not.toMatch(/tooshort|\bat .+:\d+:\d+/);
  });

  it('touches nothing when the configuration is faulty', () => {
    start({ PORT: 'http' });
    expect(existsSync(join(directory, '.data'))).toBe(false);
  });

  it('ends with code 1, soon and in words, when the database does not answer', () => {
    const { code, output } = start({
      DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/nothing',
      SECRET_KEY: 'a secret of the tests, long enough to be taken',
    });
    expect(code).toBe(1);
    expect(output).toContain('the server did not start');
    expect(output).not.toContain('hunter2');
  });
});
