// kubernetes_faults: reads a JSON list of Kubernetes objects, and prints, as a
// JSON list, what is wrong with them: a field that Kubernetes does not know, one
// that is missing, a value of another type. The types are those of Kubernetes' own
// published schema, so the compiler that reads them is the judge.
const { readFileSync } = require("fs");
const path = require("path");
const ts = require("typescript");

const modules = process.env.NODE_PATH;
const file = path.join(modules, "objects.ts"); // never written

function typed({ apiVersion, kind, ...rest }, at) {
  const literal = JSON.stringify({ apiVersion, kind, ...rest });
  return (
    `import { I${kind} as Type${at} } from "kubernetes-models/${apiVersion}";\n` +
    `export const object${at}: Type${at} = ${literal};\n`
  );
}

const source = JSON.parse(readFileSync(0, "utf8")).map(typed).join("");
const options = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2020,
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
};
const host = ts.createCompilerHost(options);
const { readFile, fileExists } = host;
host.readFile = (name) => (name === file ? source : readFile(name));
host.fileExists = (name) => name === file || fileExists(name);
host.getSourceFile = (name, target) => {
  const text = host.readFile(name);
  return text === undefined ? undefined : ts.createSourceFile(name, text, target);
};

const found = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
process.stdout.write(
  JSON.stringify(found.map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, " "))),
);
