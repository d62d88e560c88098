/** The origins whose pages use the SDK in a browser. */
export interface OriginSource {
  /** Of any business: a preflight has no credential. Costs no query for each stranger. */
  isKnown(origin: string): Promise<boolean>;
  /** Those of a business, or of what its key is bound to. */
  listOf(businessId: string, boundTo: string | null): Promise<readonly string[]>;
}

/** Origins beside CORS_ORIGINS that may call the SDK's routes. The product says which; without it, none. */
export class SdkOrigins {
  source: OriginSource | null = null;
}
