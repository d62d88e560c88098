import type { OpenAPIObject } from '@nestjs/swagger';
import { listDeclaredFeatures } from '../../common/features';
import { FEATURES_EXTENSION, type FeaturesExtension } from '../../common/feature-fields';

type Node = Record<string, unknown> & { [FEATURES_EXTENSION]?: FeaturesExtension };

/**
 * Names the declared features in the schemas that have a value for each (`ByFeature`): only when the document is made
 * are all of them declared.
 */
export function nameFeatures(document: OpenAPIObject): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Node>;
  for (const [name, schema] of Object.entries(schemas)) {
    const { properties } = schema as { properties?: Record<string, Node> };
    const whole = Object.values(properties ?? {}).find((each) => each[FEATURES_EXTENSION]?.isWhole);
    if (whole) schemas[name] = whole;
  }
  nameIn(schemas);
}

function nameIn(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const { [FEATURES_EXTENSION]: extension } = node as Node;
  if (extension) name(node as Node, extension);
  for (const value of Object.values(node)) nameIn(value);
}

function name(node: Node, { kinds, isAnswer }: FeaturesExtension): void {
  delete node[FEATURES_EXTENSION];
  const features = listDeclaredFeatures().filter(({ kind }) => kinds[kind]);
  if (features.length === 0) return;
  node.properties = Object.fromEntries(features.map(({ key, kind }) => [key, kinds[kind]]));
  if (isAnswer) node.required = features.map(({ key }) => key);
}
