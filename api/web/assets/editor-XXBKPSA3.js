import{a as e}from"./editor-APTMTZMX.js";import"./editor-OGEUKJKF.js";var r=e;export{r as default};
