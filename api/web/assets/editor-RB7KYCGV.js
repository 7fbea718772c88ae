import{n as i}from"./editor-HWNCNAC7.js";var o=i(!1);export{o as a};
