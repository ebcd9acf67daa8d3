// Settings of web-ext for lint, run and sign; started in this folder, after `cargo xtask build-extension`.
export default {
  sourceDir: "../dist/firefox",
  artifactsDir: "../dist/signed",
  run: {
    startUrl: ["about:debugging#/runtime/this-firefox"],
  },
  sign: {
    channel: "unlisted",
  },
};
