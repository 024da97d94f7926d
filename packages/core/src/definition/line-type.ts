import type { FetchedOf, GivenOf } from '../attribute/givable.ts'
import type { Problem, Trim, TrimStart } from './spelling.ts'
import type { ValueOf } from './value-type.ts'

/** What the compiler needs of a table to read a reference to it; its parts are properties, by their names. */
export interface AnyReference {
  readonly '~key': object
  readonly '~newKey': object
}

/** Tables by their names, and groups of them, such as those of another schema: `-> lab.Session`. */
export interface References {
  readonly [name: string]: AnyReference | References
}

/** What one line, or several, say. */
export interface Reading {
  /** Attributes and their values, as they are fetched. */
  readonly row: unknown
  /** The same as they are inserted: optional where they may be left out. */
  readonly new: unknown
  /** Those of the attributes that are the definition's own. */
  readonly own: unknown
  /** The tables referred to, as written. */
  readonly targets: string
  /** `unknown`, or the problems. */
  readonly checked: unknown
}

/** No attributes: what others are added to. */
export type NoAttributes = {}

interface Nothing extends Reading {
  readonly row: NoAttributes
  readonly new: NoAttributes
  readonly own: NoAttributes
  readonly targets: never
}

interface Unreadable<Message extends string> extends Nothing {
  readonly checked: Problem<Message>
}

/** Reads one line, the space around it taken off. */
export type ReadLine<Line extends string, R extends References, Codecs = {}> = Line extends '' | `#${string}`
  ? Nothing
  : Line extends `->${infer Text}`
    ? ReadReference<Text extends `${infer Code}#${string}` ? Trim<Code> : Trim<Text>, R>
    : Lowercase<Line> extends IndexLine
      ? Nothing
      : ReadAttribute<Line, Codecs>

type Index = 'index' | 'unique index'
type IndexLine = `${Index}(${string}` | `${Index} (${string}`

// name [= default] : type [# comment]

type ReadAttribute<Line extends string, Codecs> = Line extends `${infer Head}:${infer Type}`
  ? Head extends `${infer Name}=${infer Default}`
    ? TrimStart<Default> extends `${'"' | "'"}${string}`
      ? Line extends `${string}=${infer Value}`
        ? ReadQuotedDefault<Trim<Name>, TrimStart<Value>, Line, Codecs>
        : never
      : Attribute<
          Trim<Name>,
          ValueOf<TrimStart<Type>, Codecs>,
          Lowercase<Trim<Default>> extends 'null' ? null : never,
          true,
          Line
        >
    : Attribute<Trim<Head>, ValueOf<TrimStart<Type>, Codecs>, never, false, Line>
  : Unreadable<`cannot read the line '${Line}'`>

/** The default may hold a colon: the type follows the one after its closing quote. */
type ReadQuotedDefault<
  Name extends string,
  S extends string,
  Line extends string,
  Codecs,
> = S extends `${infer Quote extends '"' | "'"}${infer Rest}`
  ? Rest extends `${string}${Quote}${infer After}`
    ? After extends `${Quote}${string}`
      ? ReadQuotedDefault<Name, After, Line, Codecs>
      : TrimStart<After> extends `:${infer Type}`
        ? Attribute<Name, ValueOf<TrimStart<Type>, Codecs>, never, true, Line>
        : Unreadable<`cannot read the default in '${Line}'`>
    : Unreadable<`cannot read the default in '${Line}'`>
  : never

type Attribute<Name extends string, Value, Null, HasDefault extends boolean, Line extends string> =
  Name extends Lowercase<Name>
    ? Name extends '' | `${string}${' ' | '-' | '.' | '>' | '"' | "'"}${string}`
      ? Unreadable<`cannot read the line '${Line}'`>
      : {
          readonly row: { [K in Name]: FetchedOf<Value> | Null }
          readonly new: HasDefault extends true
            ? { [K in Name]?: GivenOf<Value> | Null }
            : { [K in Name]: GivenOf<Value> }
          readonly own: { [K in Name]: FetchedOf<Value> | Null }
          readonly targets: never
          readonly checked: ProblemIn<Value>
        }
    : Unreadable<`'${Name}' is no name for an attribute: write it in small letters`>

type ProblemIn<Value> = [Value] extends [Problem<string>] ? ([Value] extends [never] ? unknown : Value) : unknown

// -> [options] Name.Part.proj(new='old')

type ReadReference<S extends string, R extends References> = S extends `[${infer Options}]${infer Target}`
  ? Lowercase<Options> extends `${string}nullable${string}`
    ? ReadTarget<Trim<Target>, R, true>
    : ReadTarget<Trim<Target>, R, false>
  : ReadTarget<S, R, false>

type ReadTarget<
  S extends string,
  R extends References,
  Nullable extends boolean,
> = S extends `${infer Name}.proj(${infer Renames})`
  ? Reference<
      Name,
      Rename<TargetOf<Name, R>['~key'], Renames>,
      Rename<Required<TargetOf<Name, R>['~newKey']>, Renames>,
      CheckTarget<Name, R>,
      Nullable
    >
  : Reference<S, TargetOf<S, R>['~key'], Required<TargetOf<S, R>['~newKey']>, CheckTarget<S, R>, Nullable>

type Reference<Name extends string, Key, New, Check, Nullable extends boolean> = {
  readonly row: Nullable extends true ? { [K in keyof Key]: Key[K] | null } : Key
  readonly new: Nullable extends true ? { [K in keyof New]?: New[K] | null } : New
  readonly own: NoAttributes
  readonly targets: Name
  readonly checked: Check
}

type TargetOf<Name extends string, R extends References> = Name extends keyof R
  ? R[Name] & AnyReference
  : Name extends `${infer First}.${infer Rest}`
    ? First extends keyof R
      ? Rest extends `${infer Second}.${infer Part}`
        ? (R[First] & { readonly [K in Second]: { readonly [P in Part]: AnyReference } })[Second][Part]
        : (R[First] & { readonly [K in Rest]: AnyReference })[Rest]
      : NoReference
    : NoReference

interface NoReference extends AnyReference {
  readonly '~key': NoAttributes
  readonly '~newKey': NoAttributes
}

/**
 * Whether a reference resolves. That of a part is no conditional type: in a generic element its master is a type
 * parameter, on which a condition would wait for ever, while an index is looked up in what the parameter extends.
 */
type CheckTarget<Name extends string, R extends References> = Name extends keyof R
  ? unknown
  : Name extends `${infer First}.${infer Rest}`
    ? First extends keyof R
      ?
          | (Rest extends `${infer Second}.${infer Part}`
              ? Second extends keyof R[First]
                ? UnknownIfPresent<R[First][Second], Part>
                : never
              : UnknownIfPresent<R[First], Rest>)
          | Problem<`'${Name}' is not among the referenced tables`>
      : Problem<`'${Name}' is not among the referenced tables`>
    : Problem<`'${Name}' is not among the referenced tables`>

type UnknownIfPresent<Master, Part extends string> = { readonly [K in keyof Master]: unknown }[Part & keyof Master]

type Rename<Key, Renames extends string> = Renames extends `${infer First},${infer Rest}`
  ? Rename<RenameOne<Key, First>, Rest>
  : RenameOne<Key, Renames>

type RenameOne<Key, Text extends string> = Text extends `${infer New}=${infer Old}`
  ? { [K in keyof Key as K extends Unquote<Trim<Old>> ? Trim<New> : K]: Key[K] }
  : Key

type Unquote<S extends string> = S extends `'${infer Text}'` | `"${infer Text}"` ? Text : S
