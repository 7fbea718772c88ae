function i(t,r,e=""){return t.live.nameOf(r,e)}export{i as a};
