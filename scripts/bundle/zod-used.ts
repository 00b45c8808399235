/** What berthd uses of zod, as a part of its bundle that sleeps until a schema is asked (see zod-later.ts). */
export {
  array,
  boolean,
  discriminatedUnion,
  enum,
  literal,
  looseObject,
  number,
  object,
  record,
  strictObject,
  string,
  toJSONSchema,
  tuple,
  union,
  unknown,
} from 'zod'
