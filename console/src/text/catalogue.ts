import { english } from './english';

/** Every text of the console. A second language is a second catalogue of this type, chosen here. */
export type Catalogue = typeof english;

export const text: Catalogue = english;
