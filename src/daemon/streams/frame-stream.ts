import { frameTypes, jsonFrame } from '../../contract/frames.ts'
import { toAppError } from '../../core/errors.ts'
import { errorBody } from '../http/errors.ts'

/**
 * Messages as the body of a `bytes` route: the next one is asked for when the caller has room for it. `stop` is called
 * when the caller leaves. A failure travels as the last frame, for the answer's status is long sent.
 */
export function frameStream<M>(
  messages: AsyncGenerator<M>,
  encode: (message: M) => Buffer[],
  stop: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { value, done } = await messages.next()
          if (done) controller.close()
          else for (const frame of encode(value)) controller.enqueue(frame)
        } catch (thrown) {
          controller.enqueue(jsonFrame(frameTypes.error, errorBody(toAppError(thrown))))
          controller.close()
        }
      },
      async cancel() {
        stop()
        await messages.return(undefined)
      },
    },
    { highWaterMark: 1 },
  )
}
