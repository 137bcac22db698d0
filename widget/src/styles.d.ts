declare module "*.css" {
  const text: string;
  export default text;
}
interface Window {
  trustedTypes?: { createPolicy(name: string, rules: object): { createHTML(html: string): string } };
}
