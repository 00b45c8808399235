import * as z from 'zod'

/** Progress of an operation; the wire form of core/operations/model.ts. */
export const operationEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), operation: z.string() }),
  z.object({ type: z.literal('plan'), steps: z.array(z.object({ name: z.string(), title: z.string() })) }),
  z.object({
    type: z.literal('step'),
    name: z.string(),
    title: z.string(),
    state: z.enum(['running', 'done', 'failed', 'undone']),
    ms: z.number().optional(),
  }),
  z.object({ type: z.literal('output'), line: z.string(), stream: z.enum(['stdout', 'stderr']).optional() }),
  z.object({ type: z.literal('warning'), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
])

/** A failure on the wire. */
export const apiError = z.object({
  code: z.string(),
  stage: z.string().optional(),
  message: z.string(),
  hint: z.string(),
  details: z.record(z.string(), z.unknown()),
})

export type OperationEventMessage = z.infer<typeof operationEvent>
export type ApiError = z.infer<typeof apiError>
