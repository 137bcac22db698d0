// npm's perspective-api-client, whose host is fixed: an axios interceptor leads it here.
const axios = require("axios");
const Perspective = require("perspective-api-client");

async function main() {
  const { port, key } = JSON.parse(process.env.PALABRE_TEST);
  axios.interceptors.request.use((config) => {
    config.url = config.url.replace("https://commentanalyzer.googleapis.com", `http://127.0.0.1:${port}`);
    return config;
  });
  const client = new Perspective({ apiKey: key });
  const options = { languages: ["fr"], attributes: ["toxicity", "insult"], spanAnnotations: true };
  const said = {
    plain: await client.analyze("Bonjour à tous les lecteurs du journal"),
    insult: await client.analyze("<b>Quel 🎉 gredin</b> !", options),
  };
  try {
    await client.analyze("Bonjour", { attributes: ["severe_toxicity"] });
  } catch (error) {
    said.refused = error.message;
  }
  try {
    await new Perspective({ apiKey: "zzzzzzzzzzzz" }).analyze("Bonjour");
  } catch (error) {
    said.stranger = error.message;
  }
  process.stdout.write(JSON.stringify(said));
}
main();
