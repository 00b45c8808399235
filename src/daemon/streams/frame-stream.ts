import { frameTypes, jsonFrame } from '../../contract/frames.ts'
import { toAppError } from '../../core/errors.ts'
import { errorBody } from '../http/errors.ts'

/** Messages as the body of a `bytes` route. A failure travels as the last frame, for the answer's status is long sent. */
export async function* frameStream<M>(
  messages: AsyncIterable<M>,
  encode: (message: M) => Buffer[],
): AsyncGenerator<Buffer> {
  try {
    for await (const message of messages) yield* encode(message)
  } catch (thrown) {
    yield jsonFrame(frameTypes.error, errorBody(toAppError(thrown)))
  }
}
