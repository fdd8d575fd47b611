import { join, relative, resolve } from 'node:path';
import * as ts from 'typescript';

const root = resolve(__dirname, '../..');

/** Type names of the language that other languages have as well; everything else has to be exported by us or a peer. */
const BUILT_IN = ['Array', 'Promise', 'Date', 'Error'];
const PEERS = /node_modules\/(aws-cdk-lib|cdktf|@cdktf|constructs)\//;

/**
 * What stands in the way of offering an entry point in other languages through jsii, and what a reader misses in it:
 * unions, generics, tuples, function types and anonymous objects in public signatures, types that are used but not
 * exported, props that can be written, optional props without `@default`, exports without a docstring.
 */
export function surfaceProblems(entryFile: string): string[] {
  const options = compilerOptions();
  const program = ts.createProgram([entryFile], options, sharingSources(options));
  return new SurfaceCheck(program, entryFile).problems();
}

/** Declarations of packages and of the language are parsed once for all entry points. */
function sharingSources(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile.bind(host);
  return {
    ...host,
    getSourceFile: (name, ...more) => {
      const source = PARSED.get(name) ?? parse(name, ...more);
      if (source !== undefined && /node_modules/.test(name)) PARSED.set(name, source);
      return source;
    },
  };
}

const PARSED = new Map<string, ts.SourceFile>();

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return { ...options, incremental: false, tsBuildInfoFile: undefined };
}

class SurfaceCheck {
  private readonly checker: ts.TypeChecker;
  private readonly exported: Set<ts.Symbol>;
  private readonly found: string[] = [];

  constructor(program: ts.Program, entryFile: string) {
    this.checker = program.getTypeChecker();
    const source = program.getSourceFile(entryFile);
    const module = source && this.checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${relative(root, entryFile)} exports nothing.`);
    this.exported = new Set(this.checker.getExportsOfModule(module).map((symbol) => this.resolved(symbol)));
  }

  problems(): string[] {
    for (const symbol of this.exported) {
      if (!this.documented(symbol)) this.report(symbol.declarations?.[0], symbol.name, 'has no docstring');
      for (const declaration of symbol.declarations ?? []) this.declaration(declaration, symbol.name);
    }
    return this.found.sort();
  }

  private declaration(node: ts.Declaration, name: string): void {
    if (ts.isInterfaceDeclaration(node)) this.interface(node, name);
    else if (ts.isClassDeclaration(node)) this.class(node, name);
    else if (ts.isFunctionDeclaration(node)) this.signature(node, name);
    else if (ts.isVariableDeclaration(node)) this.type(node.type, node, name);
    else if (!ts.isEnumDeclaration(node)) this.report(node, name, `is a ${ts.SyntaxKind[node.kind]}`);
  }

  private interface(node: ts.InterfaceDeclaration, name: string): void {
    this.generics(node, name);
    const behavioural = /^I[A-Z]/.test(name);
    for (const member of node.members) {
      const title = `${name}.${member.name?.getText() ?? '[index]'}`;
      if (ts.isMethodSignature(member) && behavioural) this.signature(member, title);
      else if (ts.isPropertySignature(member)) this.prop(member, name, title);
      else this.report(member, title, 'is not a property');
    }
  }

  private prop(member: ts.PropertySignature, owner: string, title: string): void {
    this.type(member.type, member, title);
    if (!isReadonly(member)) this.report(member, title, 'is not readonly');
    if (!member.questionToken || !/(Props|Options)$/.test(owner)) return;
    if (!ts.getJSDocTags(member).some((tag) => tag.tagName.text === 'default')) {
      this.report(member, title, 'is optional and has no @default');
    }
  }

  private class(node: ts.ClassDeclaration, name: string): void {
    this.generics(node, name);
    for (const member of node.members) {
      if (isHidden(member)) continue;
      const title = `${name}.${member.name?.getText() ?? 'constructor'}`;
      if (ts.isPropertyDeclaration(member)) this.type(member.type, member, title);
      else if (ts.isFunctionLike(member)) this.signature(member, title);
    }
  }

  private signature(node: ts.SignatureDeclaration, title: string): void {
    this.generics(node, title);
    for (const parameter of node.parameters) {
      this.type(parameter.type, parameter, `${title}(${parameter.name.getText()})`);
    }
    if (ts.isConstructorDeclaration(node) || ts.isSetAccessor(node)) return;
    const signature = this.checker.getSignatureFromDeclaration(node);
    const inferred = signature && this.typeNode(signature.getReturnType(), node);
    this.type(node.type ?? inferred, node, `${title} → result`);
  }

  private generics(node: { readonly typeParameters?: ts.NodeArray<ts.Node> }, title: string): void {
    if (node.typeParameters) this.report(node.typeParameters[0], title, 'is generic');
  }

  /** A type as it was written, or as the compiler infers it where nothing was written. */
  private type(written: ts.TypeNode | undefined, at: ts.Node, title: string): void {
    const inferred = () =>
      this.typeNode(this.checker.getBaseTypeOfLiteralType(this.checker.getTypeAtLocation(at)), at);
    const node = written ?? inferred();
    if (node) this.typeProblems(node, at, title);
  }

  private typeNode(type: ts.Type, at: ts.Node): ts.TypeNode | undefined {
    return this.checker.typeToTypeNode(type, at, ts.NodeBuilderFlags.NoTruncation);
  }

  private typeProblems(node: ts.TypeNode, at: ts.Node, title: string): void {
    const problem = (what: string) => this.report(at, title, what);
    const inner = (type: ts.TypeNode) => this.typeProblems(type, at, title);
    if (ts.isUnionTypeNode(node)) {
      const types = node.types.filter((type) => type.kind !== ts.SyntaxKind.UndefinedKeyword);
      if (types.length > 1) problem('is a union');
      else types.forEach(inner);
    } else if (ts.isTupleTypeNode(node)) problem('is a tuple');
    else if (ts.isFunctionTypeNode(node)) problem('is a function type');
    else if (ts.isLiteralTypeNode(node)) problem('is a literal type');
    else if (ts.isArrayTypeNode(node)) inner(node.elementType);
    else if (ts.isParenthesizedTypeNode(node)) inner(node.type);
    else if (ts.isTypeLiteralNode(node)) {
      if (node.members.length !== 1 || !ts.isIndexSignatureDeclaration(node.members[0]))
        problem('is anonymous');
      else inner(node.members[0].type);
    } else if (ts.isTypeReferenceNode(node)) this.reference(node, at, title);
    else if (!KEYWORDS.has(node.kind)) problem(`is a ${ts.SyntaxKind[node.kind]}`);
  }

  private reference(node: ts.TypeReferenceNode, at: ts.Node, title: string): void {
    const name = ts.isIdentifier(node.typeName) ? node.typeName.text : node.typeName.right.text;
    if (BUILT_IN.includes(name)) {
      node.typeArguments?.forEach((type) => this.typeProblems(type, at, title));
      return;
    }
    if (node.typeArguments) return this.report(at, title, `is the generic ${name}`);
    const symbol = this.checker.getSymbolAtLocation(node.typeName) ?? symbolOf(node);
    if (!symbol) return;
    const target = this.resolved(symbol);
    const file = target.declarations?.[0]?.getSourceFile().fileName ?? '';
    if (target.flags & ts.SymbolFlags.EnumMember || this.exported.has(target) || PEERS.test(file)) return;
    this.report(at, title, `uses ${name}, which this entry point does not export`);
  }

  private documented(symbol: ts.Symbol): boolean {
    return symbol.getDocumentationComment(this.checker).length > 0;
  }

  private resolved(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  private report(at: ts.Node | undefined, title: string, what: string): void {
    const source = at?.getSourceFile();
    const line = source && at ? source.getLineAndCharacterOfPosition(at.getStart()).line + 1 : 0;
    this.found.push(`${source ? relative(root, source.fileName) : '?'}:${line} ${title} ${what}`);
  }
}

const KEYWORDS = new Set([
  ts.SyntaxKind.StringKeyword,
  ts.SyntaxKind.NumberKeyword,
  ts.SyntaxKind.BooleanKeyword,
  ts.SyntaxKind.AnyKeyword,
  ts.SyntaxKind.UnknownKeyword,
  ts.SyntaxKind.VoidKeyword,
  ts.SyntaxKind.UndefinedKeyword,
  ts.SyntaxKind.ThisType,
]);

// Nodes made by typeToTypeNode carry their symbol, as they have no place in a file.
function symbolOf(node: ts.TypeReferenceNode): ts.Symbol | undefined {
  return (node.typeName as ts.Node & { symbol?: ts.Symbol }).symbol;
}

function isReadonly(member: ts.PropertySignature): boolean {
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword) ?? false;
}

/** Private members and those marked `@internal`, which the compiler strips from the declarations. */
function isHidden(member: ts.ClassElement): boolean {
  if (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) return true;
  if (member.name && ts.isPrivateIdentifier(member.name)) return true;
  return ts.getJSDocTags(member).some((tag) => tag.tagName.text === 'internal');
}
