"use strict";
(() => {
  const form = document.getElementById("filter");
  const find = document.getElementById("find");
  const group = document.getElementById("group");
  const place = document.getElementById("place");
  const count = document.getElementById("count");
  // Accents aside: whoever types "thu dau mot" finds Thủ Dầu Một.
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  const rows = Array.from(document.querySelectorAll(".grid tbody tr"), (row) => ({
    row, name: fold(row.cells[0].firstChild.textContent), group: row.dataset.g, place: row.className,
  }));
  const apply = () => {
    const wanted = fold(find.value.trim());
    let shown = 0;
    for (const entry of rows) {
      const fits = (!wanted || entry.name.includes(wanted)) && (!group.value || entry.group === group.value)
        && (!place.value || entry.place === place.value);
      if (entry.row.hidden === fits) entry.row.hidden = !fits;
      shown += fits;
    }
    count.textContent = shown + "/" + rows.length;
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.hidden = rows.length === 0;
  apply();
})();
