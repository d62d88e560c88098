/** How to log in to a made-up business. docs/console.md describes the route. */
export interface DemoBusinessResponse {
  businessName: string;
  email: string;
  password: string;
}
