import{a}from"./ops-FU2QD67K.js";import"./ops-ILGNST56.js";export{a as tableText};
