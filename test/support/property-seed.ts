import * as fc from 'fast-check';

// Property tests draw the same cases in every run, so that a check is red because of a change and not by chance.
// PROPERTY_SEED=<a whole number> draws others.

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20_261_121) });
