// Whoever opens a message has read it. Sent beside the way to the case, so that it holds nobody up.
document.body.addEventListener("click", (event) => {
  const link = event.target.closest("[data-message]");
  if (link?.closest(".message:not(.message-read)")) {
    navigator.sendBeacon("/inbox/read", new URLSearchParams({ message: link.dataset.message }));
  }
});
