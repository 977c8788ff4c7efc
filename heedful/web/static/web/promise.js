// Whoever fills a gap of a sentence has chosen that sentence.
document.addEventListener("input", (event) => {
  const gap = event.target.closest(".sentence .words :is(input, select)");
  if (gap) gap.closest(".sentence").querySelector('input[type="radio"]').checked = true;
});
