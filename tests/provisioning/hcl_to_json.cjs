// hcl_to_json FILE: prints a file of Terraform's language as JSON, by
// HashiCorp's own parser.
const { readFileSync } = require("fs");
const { parse } = require("@cdktf/hcl2json");

const file = process.argv[2];
parse(file, readFileSync(file, "utf8")).then(
  (found) => process.stdout.write(JSON.stringify(found)),
  (fault) => {
    console.error(String(fault));
    process.exitCode = 1;
  },
);
