// A table or diagram wider than the page scrolls sideways; this lets the keyboard do it too.
const scrollable = () => {
  for (const wrap of document.querySelectorAll(".md-typeset__scrollwrap, .diagram")) {
    if (wrap.scrollWidth > wrap.clientWidth) {
      wrap.setAttribute("tabindex", "0");
      wrap.setAttribute("role", "region");
      wrap.setAttribute("aria-label", "A part of the page that scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) wrap.removeAttribute(name);
    }
  }
};
document$.subscribe(() => requestAnimationFrame(scrollable));
window.addEventListener("load", scrollable); // a drawing has its width only once it is loaded
window.addEventListener("resize", scrollable);
