// Steps that build on one another: one window lives through all of them, as it does for a person.

/** Makes `step(title, run)`. One that fails takes the ones after it along: they start from what it left. */
export function stepsOf(t, failed) {
  let stopped = false;
  return (title, run) =>
    t.test(title, { skip: stopped && 'a step before it failed' }, async () => {
      try {
        await run();
      } catch (error) {
        stopped = true;
        throw (await failed(title, error).catch(() => {})) ?? error;
      }
    });
}
