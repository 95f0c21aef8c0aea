// The PDF example answers POST, which no link can send.
document.getElementById("pdf").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const answer = await fetch(form.action, { method: "POST", body: form.elements.text.value });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = "document.pdf";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  form.dataset.answered = `${answer.status} ${answer.headers.get("content-type")}`;
});
