const shownMs = 2_000;

/** A button that copies a text and says whether it could. */
export function copyOnClick(button: HTMLButtonElement, text: () => string): void {
  const label = button.textContent;
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(text()).then(
      () => (button.textContent = "Copied"),
      () => (button.textContent = "The browser refused to copy"),
    );
    setTimeout(() => (button.textContent = label), shownMs);
  });
}
