import{a as e}from"./editor-BXRB5MGF.js";import"./editor-OGEUKJKF.js";var r=e;export{r as default};
