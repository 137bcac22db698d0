declare module "*.css" {
  const text: string;
  export default text;
}
interface Window {
  trustedTypes?: { createPolicy(name: string, rules: object): { createHTML(html: string): string } };
}
/** The parts that were built, with the versions of their content. */
declare const PARTS: Record<string, string>;
