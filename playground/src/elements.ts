/**
 * An element of the page, by id.
 *
 * @throws {Error} when the page does not have it as such: the page and the script are out of step
 */
export function element<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} #${id}`);
  return found;
}
