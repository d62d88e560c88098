import { describeRoutes } from '../support/describe-routes';
import { writeOrCheck } from '../support/generated-file';

/** `openapi`: writes the contract to a file. Needs no database and no configuration. */
export async function runOpenApi({ check = false }: { check?: boolean }): Promise<void> {
  const content = `${JSON.stringify(await describeRoutes(), null, 2)}\n`;
  writeOrCheck([{ path: 'openapi.json', content, command: 'openapi' }], check);
}
