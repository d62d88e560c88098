import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A shell block of a Markdown page with the output that the page prints under it, if any. */
export interface DocumentedBlock {
  shell: string;
  output: string | null;
}

const BLOCK = /```sh\n(?<shell>.*?)\n```(?:\s+```text\n(?<output>.*?)\n```)?/gs;
const END_OF_BLOCK = '--- end of block ---';

export function blocksOf(markdown: string): DocumentedBlock[] {
  return [...markdown.matchAll(BLOCK)].map(({ groups }) => ({
    shell: groups!.shell!,
    output: groups!.output ?? null,
  }));
}

/** Runs the blocks in one bash, as a reader would paste them. @returns what each printed, errors included */
export async function runBlocks(
  blocks: DocumentedBlock[],
  environment: Record<string, string>,
): Promise<string[]> {
  const script = blocks.map(({ shell }) => `${shell}\necho '${END_OF_BLOCK}'`).join('\n');
  const bash = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  bash.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await once(bash, 'close');
  return printed.split(`${END_OF_BLOCK}\n`).slice(0, -1);
}

const VARYING: [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  [/\b(tn[a-z])_\w{46}\b/g, '$1_<token>'],
  [/hint: '\w{4}'/g, "hint: '<hint>'"],
  [/externalId: 'load-\d+'/g, "externalId: 'load-<n>'"],
  [/(ada|grace|hopper)(-\d+)?@example\.com/g, '$1@example.com'],
  [/http:\/\/127\.0\.0\.1:\d+/g, 'http://<server>'],
  [/\s+/g, ' '],
];

/** Without what differs from run to run: ids, times, tokens, addresses, the port, and where lines break. */
export function withoutVaryingParts(output: string): string {
  return VARYING.reduce((text, [pattern, name]) => text.replace(pattern, name), output).trim();
}

/** The page with the outputs of a run, after a change of its blocks: `WRITE_DOCS=1`. Blocks of `npm ci` are not run. */
export function withOutputs(markdown: string, outputs: string[]): string {
  let index = 0;
  return markdown.replace(BLOCK, (block: string, shell: string, output?: string) => {
    if (shell.startsWith('npm ci')) return block;
    const printed = outputs[index++]?.trimEnd();
    return output === undefined
      ? block
      : `\`\`\`sh\n${shell}\n\`\`\`\n\n\`\`\`text\n${printed}\n\`\`\``;
  });
}
