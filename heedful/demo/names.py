"""Who lives in the demo: names of people, of places and of the small businesses there. All of them are made up."""


def _apart(words: str) -> list[str]:
    return words.split()


FIRST = _apart(
    "Aled Amara Anwen Arjun Beatrix Bethan Callum Carys Cerys Chidi Daniel Deborah Dilys Dylan Edward Eleri Elin Emeka "
    "Emma Fatima Ffion Finn Florence Gareth Gethin Grace Gwen Hana Harriet Hassan Hefin Hugo Huw Ianto Imogen Isaac "
    "Isla Ivy Jack Jasmine Joel Karim Keira Kofi Leila Lowri Lucas Maddox Maeve Magda Marek Megan Miriam Mohan Morgan "
    "Nadia Naomi Nia Oisin Olive Omar Oscar Owain Owen Paloma Petra Priya Rhian Rhodri Rhys Robin Rosa Ruth Samir "
    "Sara Seren Sian Sofia Stanley Tamsin Tegan Theo Tomos Umar Vera Wendy Yasmin Yusuf Zara Zofia"
)
LAST = _apart(
    "Abara Adeyemi Akhtar Allman Arkwright Baines Bebb Bevan Birtles Bowen Brannigan Breeze Cadwallader Calloway "
    "Chaudhry Clough Craddock Dacey Davies Devlin Dinsdale Eames Edwards Ellis Fairhurst Farrow Fielding Gittins "
    "Goodall Griffiths Gwynne Hallam Hargreaves Haque Hewitt Howells Hussain Ingham Jarman Jenkins Kaur Kettle Kowal "
    "Lambe Lewis Lloyd Lomax Madoc Mahmood Marlowe Meredith Mistry Moffat Morris Nadkarni Novak Okonjo Oakes Pargeter "
    "Parry Patel Penrose Powell Prosser Pugh Quayle Rafferty Rees Roscoe Sadler Sandhu Sayce Sharples Skelton Stead "
    "Tanner Thorne Tudor Udall Vaughan Vickers Wadsworth Watkin Whitlock Wren Yardley Young"
)
GERMAN = ["Anke Brandt", "Jürgen Vollmer", "Sabine Keller", "Holger Reimann", "Ute Lindner", "Matthias Engel"]
FRENCH = ["Hélène Morel", "Luc Garnier", "Amélie Roche", "Bastien Perrot", "Chloé Lemaire", "Noël Vasseur"]
TOWNS = _apart(
    "Aberhaven Brynmoor Cwmderry Dolwyn Eastmarsh Felingoch Glanrheol Hartscliff Llanfedw Marchwell Nantyfelin Oxmere "
    "Penhallow Rhosbridge Saltmead Tregarron Wharfden Ystradwen"
)
TRADES = _apart(
    "Bakery Brewery Cabinetmakers Café Cycles Dental Estates Florists Garage Joinery Kennels Library Nurseries "
    "Optics Pharmacy Pottery Printworks Recycling Roofing School Solicitors Surveyors Timber Veterinary"
)
