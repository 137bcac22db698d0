// npm's akismet-api, run against a server whose address stands in the environment. Its option
// ``host`` points it here; what a wildcard DNS entry does for <key>.<host> is done by ``lookup``.
const dns = require("node:dns");
const wanted = "rest.akismet.test";
const lookup = dns.lookup;
dns.lookup = (host, options, done) => {
  if (typeof options === "function") [options, done] = [{}, options];
  if (!host.endsWith(wanted)) return lookup(host, options, done);
  return options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
};
const { AkismetClient } = require("akismet-api");

async function main() {
  const { port, key } = JSON.parse(process.env.PALABRE_TEST);
  const blog = "https://journal.example";
  const make = (k) => new AkismetClient({ key: k, blog, host: `${wanted}:${port}`, protocol: "http", lang: "fr" });
  const client = make(key);
  const comment = { ip: "192.0.2.7", useragent: "CI", type: "comment", name: "Zoé" };
  const spam = { ...comment, content: "Buy cheap viagra online, casino bonus" };
  const said = {
    verified: await client.verifyKey(),
    wrong: await make("zzzzzzzzzzzz").verifyKey(),
    ham: await client.checkSpam({ ...comment, content: "Bonjour à tous, quelle belle journée." }),
    spam: await client.checkSpam(spam),
    convention: await client.checkSpam({ ...comment, name: "viagra-test-123" }),
    administrator: await client.checkSpam({ ...spam, role: "administrator", isTest: true }),
    honeypot: await client.checkSpam({ ...comment, content: "Bonjour", honeypot: "filled in" }),
    submitted: (await client.submitSpam({ ...comment, content: "Montres à vendre" })).text,
    taken: (await client.submitHam({ ...comment, content: "Je vends la mèche" })).text,
  };
  try {
    await make("zzzzzzzzzzzz").checkSpam(spam);
  } catch (error) {
    said.refused = error.message;
  }
  try {
    await client.checkSpam({ content: "no address" });
  } catch (error) {
    said.incomplete = error.message;
  }
  process.stdout.write(JSON.stringify(said));
}
main();
